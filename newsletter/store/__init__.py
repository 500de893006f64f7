"""The one door to SQL: domain types go in, domain types come out; no row leaves."""
