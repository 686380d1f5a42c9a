import { expect, test } from 'bun:test';
import { googleSettings, oidcSettings } from './issuer-settings';

const noOidc = { oidcIssuer: '', oidcAudience: '', oidcJwksUrl: '' };
const oidc = { ...noOidc, oidcIssuer: 'https://id.example.com/', oidcAudience: 'sonde' };
const noGoogle = { googleClientId: '', googleClientSecret: '', googleUrl: '', baseUrl: '' };
const google = {
  ...noGoogle,
  googleClientId: 'id',
  googleClientSecret: 'secret',
  baseUrl: 'https://sonde.example.com/',
};

test('nothing set is nothing configured', () => {
  expect(oidcSettings(noOidc)).toBeUndefined();
  expect(googleSettings({ ...noGoogle, baseUrl: google.baseUrl })).toBeUndefined();
});

test('the issuer is kept letter for letter, and Google comes back to the address of this server', () => {
  expect(oidcSettings(oidc)).toEqual({ issuer: 'https://id.example.com/', audience: 'sonde' });
  expect(oidcSettings({ ...oidc, oidcJwksUrl: 'http://[::1]:8080/keys' })).toMatchObject({
    jwksUrl: 'http://[::1]:8080/keys',
  });
  expect(googleSettings(google)).toEqual({
    clientId: 'id',
    clientSecret: 'secret',
    redirectUrl: 'https://sonde.example.com/login/google/callback',
  });
});

test.each([
  [{ oidcAudience: '' }, 'SONDE_OIDC_AUDIENCE'],
  [{ oidcIssuer: '' }, 'SONDE_OIDC_ISSUER'],
  [{ oidcIssuer: '', oidcAudience: '', oidcJwksUrl: 'https://a.example' }, 'SONDE_OIDC_ISSUER'],
  [{ oidcIssuer: 'id.example.com' }, 'SONDE_OIDC_ISSUER'],
  [{ oidcIssuer: 'http://id.example.com' }, 'SONDE_OIDC_ISSUER'],
  [{ oidcIssuer: 'http://127.0.0.1.example.com' }, 'SONDE_OIDC_ISSUER'],
  [{ oidcJwksUrl: 'http://id.example.com/keys' }, 'SONDE_OIDC_JWKS_URL'],
])('half an issuer, %j, is refused by the name of its variable', (part, field) => {
  expect(() => oidcSettings({ ...oidc, ...part })).toThrow(
    expect.objectContaining({ code: 'invalid_request', field }),
  );
});

test.each([
  [{ googleClientId: '' }, 'SONDE_GOOGLE_CLIENT_ID'],
  [{ googleClientSecret: '' }, 'SONDE_GOOGLE_CLIENT_SECRET'],
  [{ baseUrl: '' }, 'SONDE_BASE_URL'],
  [{ googleUrl: 'http://google.example' }, 'SONDE_GOOGLE_URL'],
])('half a Google, %j, is refused by the name of its variable', (part, field) => {
  expect(() => googleSettings({ ...google, ...part })).toThrow(
    expect.objectContaining({ code: 'invalid_request', field }),
  );
});
