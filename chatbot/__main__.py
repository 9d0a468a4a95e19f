"""`python -m chatbot VERB`."""

from chatbot.shell import main

if __name__ == "__main__":
    main()
