"""HTTP out. The one room that asks other machines for anything, and the wall around it."""
