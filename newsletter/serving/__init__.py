"""What our own servers of pages share: the server itself, who asks, and how often."""
