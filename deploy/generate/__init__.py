"""Everything that is made from the code: golden files, schemas, pages."""
