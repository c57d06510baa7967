"""nginx in front of our processes: it reads and writes slowly with slow clients, so that none of them waits for one."""
