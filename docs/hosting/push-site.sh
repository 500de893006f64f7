#!/bin/sh
# A publish.command: pushes what is in public/ to the repository that a static host serves.
#
#   publish:
#     command: [sh, hosting/push-site.sh, /srv/weekly-site]
#
# The argument is a clone of that repository, which this machine may push to. What public/ has not got any more is
# removed there too; .github, with the workflow, stays. It may be run twice, and after having been cut off.
set -eu

clone=$1
export GIT_DIR="$clone/.git" GIT_WORK_TREE="$PWD/public"
export GIT_TERMINAL_PROMPT=0 # asks nobody for a password: it fails, and `newsletter send` says so

rm -f "$GIT_DIR/index.lock" # of a run that was cut off; two of ours never run at once
git add --all -- . ':!.github'
git diff --cached --quiet || git commit --quiet --message "The site as it is now"
git push --quiet origin HEAD
