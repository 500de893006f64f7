"""Words: Markdown in; HTML, plain text and typographic quotes out."""
