"""Signal → Intent → Cleared | Denied: sizing, exits and the one gate every wish passes. Pure: no HTTP, SQL or clock."""
