"""Activities: each does one step of the work once more whenever asked; all take and answer one plain dict."""
