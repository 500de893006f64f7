"""The live pages, a module each: what is asked comes in, an answer goes out."""
