"""What a student uses: the self-check, hints, progress, the workspace."""
