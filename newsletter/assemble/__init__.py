"""From a draft to a finished edition: pure, without clock, network or randomness."""
