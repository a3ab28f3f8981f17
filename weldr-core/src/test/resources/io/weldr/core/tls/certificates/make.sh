#!/usr/bin/env bash
# Makes the certificates and keys of CertificateReaderTest anew, with openssl 3: ./make.sh
# They vouch for nothing and nobody trusts them. All are valid from 2020 to 2056; the test says by which time it reads them.
set -euo pipefail
cd "$(dirname "$0")"
rm -f ./*.pem ./*.der ./*.p12
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ec() { openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$1" -out "$2"; }
rsa() { openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:$1" -out "$2" 2>/dev/null; }

# sign SUBJECT KEY SIGNER OUT [EXTENSION...]: SIGNER is the name of an authority, or self.
sign() {
  local subject=$1 key=$2 signer=$3 out=$4 digest=${DIGEST:-sha256} line
  shift 4
  printf '%s\n' '[ca]' 'default_ca=own' '[own]' "database=$work/index" "new_certs_dir=$work" 'policy=any' \
    'unique_subject=no' 'rand_serial=yes' '[any]' 'commonName=supplied' '[x]' > "$work/conf"
  for line; do echo "$line" >> "$work/conf"; done
  : > "$work/index"
  openssl req -new -config /dev/null -subj "$subject" -key "$key" -out "$work/csr"
  local by=(-selfsign -keyfile "$key")
  [ "$signer" = self ] || by=(-cert "$signer.pem" -keyfile "$work/$signer.key")
  openssl ca -batch -notext -config "$work/conf" -extensions x -md "$digest" "${by[@]}" \
    -startdate 20200101000000Z -enddate 20560101000000Z -in "$work/csr" -out "$out" 2> "$work/log" || cat "$work/log"
}

san='subjectAltName=DNS:Shop.example.com,DNS:*.example.com,IP:192.0.2.1'
ec P-256 "$work/root.key"
sign /CN=weldr-test-root "$work/root.key" self root.pem 'basicConstraints=critical,CA:true'
ec P-256 "$work/middle.key"
sign /CN=weldr-test-middle "$work/middle.key" root middle.pem 'basicConstraints=critical,CA:true,pathlen:0'

ec P-256 ec256.key.pem
sign /CN=shop.example.com ec256.key.pem middle ec256.pem "$san" 'keyUsage=digitalSignature' 'extendedKeyUsage=serverAuth'
ec P-384 ec384.key.pem
sign /CN=shop.example.com ec384.key.pem middle ec384.pem "$san"
rsa 2048 rsa2048.key.pem
sign /CN=shop.example.com rsa2048.key.pem middle rsa2048.pem "$san"
sign /CN=self.example.com ec256.key.pem self self.pem 'subjectAltName=DNS:self.example.com'
sign /CN=client ec256.key.pem middle client.pem 'extendedKeyUsage=clientAuth'

# Those that are refused.
sign /CN=only.example.com ec256.key.pem middle no-names.pem 'basicConstraints=CA:false'
sign /CN=a ec256.key.pem middle sign-only.pem "$san" 'keyUsage=keyCertSign'
sign /CN=a ec256.key.pem middle mail.pem "$san" 'extendedKeyUsage=emailProtection'
sign /CN=a ec256.key.pem middle odd-name.pem 'subjectAltName=DNS:a b.example.com'
sign /CN=a ec256.key.pem middle many-names.pem "subjectAltName=$(seq -s, -f 'DNS:h%g.example.com' 101)"
DIGEST=sha1 sign /CN=a ec256.key.pem middle sha1.pem "$san"
rsa 1024 rsa1024.key.pem
sign /CN=a rsa1024.key.pem middle rsa1024.pem "$san"
ec P-521 ec521.key.pem
sign /CN=a ec521.key.pem middle ec521.pem "$san"
openssl genpkey -algorithm ED25519 -out ed25519.key.pem
sign /CN=a ed25519.key.pem middle ed25519.pem "$san"

# Other forms of the same key or certificate.
openssl pkey -in rsa2048.key.pem -traditional -out rsa2048.pkcs1.key.pem
openssl pkey -in ec256.key.pem -traditional -out ec256.sec1.key.pem
{ openssl ecparam -name P-256; cat ec256.sec1.key.pem; } > ec256.parameters.key.pem
openssl pkcs8 -topk8 -in ec256.key.pem -passout pass:secret -out ec256.encrypted.key.pem
openssl pkey -in rsa2048.key.pem -traditional -aes256 -passout pass:secret -out rsa2048.encrypted.key.pem
openssl pkey -in ec256.key.pem -outform der -out ec256.key.der
openssl x509 -in ec256.pem -outform der -out ec256.der
openssl x509 -in ec256.pem -trustout -out trusted.pem
openssl x509 -in ec256.pem -text -out text.pem
openssl pkcs12 -export -inkey ec256.key.pem -in ec256.pem -passout pass:secret -out ec256.p12
openssl crl2pkcs7 -nocrl -certfile ec256.pem -out pkcs7.pem
openssl req -new -config /dev/null -subj /CN=a -key ec256.key.pem -out request.pem
