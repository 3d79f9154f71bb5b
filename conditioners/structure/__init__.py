"""Structure without a declaration: which dialect a file is in, and where in it tables, header rows and notes stand."""
