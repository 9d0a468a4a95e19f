"""What the public side of the exchange knows: candles, order books, recent trades and the rows made of them."""
