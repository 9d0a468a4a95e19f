"""3 signal + context → advice by language models: what they are shown, who is asked, how votes count, its cost."""
