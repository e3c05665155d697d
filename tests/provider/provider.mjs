// OpenID provider for tests: what it signs with, and whom it knows, is read as JSON from standard input.
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import Provider from 'oidc-provider';

const { issuer, port, certificate, keys, audience, clients, claims } = JSON.parse(await text(process.stdin));
const provider = new Provider(issuer, {
  clients,
  jwks: { keys },
  cookies: { keys: ['only for tests'] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      getResourceServerInfo: () => ({
        audience, scope: '', accessTokenFormat: 'jwt', accessTokenTTL: 600, jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
  extraTokenClaims: (_ctx, token) => claims[token.clientId],
});
createServer({ key: certificate, cert: certificate }, provider.callback())
  .listen(port, '127.0.0.1', () => console.log('ready'));
