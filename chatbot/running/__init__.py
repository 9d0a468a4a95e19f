"""The service as a process: the verbs of the shell, the composition root, and what stands around a run."""
