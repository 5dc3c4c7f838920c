# The package mirror of the guests; `image bare` fills it.
mirror_daemons="mirror"
mirror_configure() { mkdir -p "$DIR/mirror"; }
mirror_start() { svc mirror python3 -m http.server 3142 --bind "$ADDRESS" --directory "$DIR/mirror"; }
mirror_wait() { wait_svc mirror answers "$ADDRESS" 3142; }
