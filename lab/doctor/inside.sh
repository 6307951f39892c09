# What a folder of files and a folder for data look like from where this runs: on this machine, or in a container, where
# it is handed to sh -c. Plain sh, and no more tools than busybox has.
#
#   sh inside.sh FOLDER-OF-FILES FOLDER-FOR-DATA
echo "time $(date +%s)"
echo "disk $(df -Pk "$2" | tail -n 1)"
if [ -w "$2" ]; then echo 'writable yes'; else echo 'writable no'; fi
cd "$1" || exit 0
echo 'folder yes'
find . -type f -exec cksum {} + | sed 's/^/file /'
