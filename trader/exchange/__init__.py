"""The venue behind `ports.Exchange` and `ports.Streams`. In: OrderRequest, questions.  Out: the venue's answers, in our
words.

`upbit` is the only venue; nothing outside this folder knows its names, its addresses or its error codes."""
