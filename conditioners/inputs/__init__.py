"""Raw files as streams: opened, hashed, unpacked within limits."""
