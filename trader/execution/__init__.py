"""Stage 6: Authorised → Order → Fill. Plan, write the intent, send once, follow until it is over."""
