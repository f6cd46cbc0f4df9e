// The judge of our SD-JWT VC and status lists: the npm packages @sd-jwt/sd-jwt-vc and
// @sd-jwt/jwt-status-list, written by others. Takes one request as JSON on standard input, answers
// as JSON on standard output; what the judge refuses is {"refused": "why"}.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../../frontend/package.json', import.meta.url))
const { SDJwtVcInstance } = require('@sd-jwt/sd-jwt-vc')
const { StatusList, createHeaderAndPayload, getListFromStatusListJWT } = require('@sd-jwt/jwt-status-list')

const hash = { EdDSA: null, ES256: 'sha256' }
const keyOf = (jwk) => createPublicKey({ key: jwk, format: 'jwk' })
const options = (key) => (key.asymmetricKeyType === 'ec' ? { key, dsaEncoding: 'ieee-p1363' } : key)
const signing = (key, alg) => async (data) =>
  sign(hash[alg], Buffer.from(data), options(key)).toString('base64url')
const verifying = (jwk, alg) => async (data, signature) =>
  verify(hash[alg], Buffer.from(data), options(keyOf(jwk)), Buffer.from(signature, 'base64url'))
const pair = (alg) =>
  alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
const hasher = async (data, alg) =>
  new Uint8Array(createHash(alg.replace('-', '')).update(typeof data === 'string' ? data : Buffer.from(data)).digest())
const saltGenerator = async (length) => randomBytes(length).toString('base64url')

const acts = {
  // verify a presentation: signature, digests, status list, key binding
  async verify({ text, alg, issuer, holder, holderAlg, nonce, statusToken }) {
    const judge = new SDJwtVcInstance({
      hasher,
      hashAlg: 'sha-256',
      verifier: verifying(issuer, alg),
      kbVerifier: holder && verifying(holder, holderAlg),
      statusListFetcher: async () => statusToken,
    })
    const { payload, kb } = await judge.verify(text, nonce ? { keyBindingNonce: nonce } : undefined)
    return { payload, kb: kb?.payload }
  },

  // issue and present, with keys of the judge's own
  async issue({ claims, frame, show, alg, audience, nonce, iat }) {
    const issuer = pair(alg)
    const holder = pair(alg)
    const judge = new SDJwtVcInstance({
      hasher,
      hashAlg: 'sha-256',
      saltGenerator,
      signAlg: alg,
      signer: signing(issuer.privateKey, alg),
      verifier: verifying(issuer.publicKey.export({ format: 'jwk' }), alg),
      kbSignAlg: alg,
      kbSigner: signing(holder.privateKey, alg),
    })
    const jwk = holder.publicKey.export({ format: 'jwk' })
    const header = claims.kid ? { kid: claims.kid } : {}
    const text = await judge.issue({ ...claims, cnf: { jwk } }, frame, { header })
    const shown = await judge.present(text, show, { kb: { payload: { iat, aud: audience, nonce } } })
    return { shown, issuer: issuer.publicKey.export({ format: 'jwk' }), holder: jwk }
  },

  // sign a JWT with a key of the judge's own
  async readStatus({ token, indexes }) {
    const list = getListFromStatusListJWT(token)
    return { bits: list.getBitsPerStatus(), statuses: indexes.map((index) => list.getStatus(index)) }
  },

  async makeStatus({ statuses, bits, iss, sub, iat }) {
    const { privateKey, publicKey } = pair('EdDSA')
    const list = new StatusList(statuses, bits)
    const { header, payload } = createHeaderAndPayload(list, { iss, sub, iat }, { alg: 'EdDSA' })
    const parts = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return { token: `${parts}.${await signing(privateKey, 'EdDSA')(parts)}`, jwk: publicKey.export({ format: 'jwk' }) }
  },
}

const { act, ...request } = JSON.parse(readFileSync(0, 'utf8'))
try {
  console.log(JSON.stringify(await acts[act](request)))
} catch (fault) {
  console.log(JSON.stringify({ refused: String(fault?.message ?? fault) }))
}
