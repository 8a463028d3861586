"""What only a real account can prove, proven on one, and taken down again whatever happens: `make live CLOUD=aws`.

costs      what a run costs, by list prices
place      a scratch project with its own state, made of a person's stack files
readiness  whether programs and credentials are there, asked before anything is made
commands   run one command of the story, and keep what it says
story      the steps up, and the way down
table      what was proven
"""
