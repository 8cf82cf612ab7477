"""A published site as something to keep: checked, in a bag, as one file for a USB stick."""
