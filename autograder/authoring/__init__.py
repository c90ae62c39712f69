"""What an author uses: verifying, proving and releasing labs."""
