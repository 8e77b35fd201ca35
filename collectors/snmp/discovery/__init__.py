"""Discovery: what one device is, which interfaces it has and whom it hears; asked gently."""
