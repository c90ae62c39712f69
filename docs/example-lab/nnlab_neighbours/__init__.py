"""Labs for nnlab: Nearest neighbours."""
