"""`python -m chatbot VERB`."""

from chatbot.running.shell import main

if __name__ == "__main__":
    main()
