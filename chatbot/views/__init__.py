"""What is shown, in words and figures. Nothing here asks, stores or sends."""
