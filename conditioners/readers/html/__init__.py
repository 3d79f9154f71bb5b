"""Tables of HTML documents."""
