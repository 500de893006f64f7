"""The pages of the desk, a module each: what is shown, and what is done with what is sent to it."""
