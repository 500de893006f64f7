"""The one door to a publication's folder: read, validate, tell mistakes, write back with comments kept."""
