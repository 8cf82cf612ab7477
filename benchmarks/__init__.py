"""What search costs and how well it ranks, measured; `make bench` runs all of it."""
