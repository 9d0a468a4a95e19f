"""Who is told what, and when: verbosity, switches and quiet hours of a conversation, kinds sent elsewhere (C2).

`rules` decides, `keeper` remembers; what is critical finds its way whatever the rules say (promise 2)."""
