import { describe, expect, test } from 'bun:test';
import { isCommonPassword } from './common-passwords';
import { createGate } from './gate';
import { createPasswords } from './password';
import { argon2id, type PasswordHasher } from './password-hasher';

describe('the hash of a password', () => {
  const passwords = createPasswords();

  test('is argon2id with 19 MiB and two passes, and so is the one of nobody', async () => {
    const cost = '$argon2id$v=19$m=19456,t=2,p=1$';
    expect(await passwords.hash('seven green umbrellas')).toStartWith(cost);
    expect(argon2id.dummyHash).toStartWith(cost);
  });

  test('matches its own password alone', async () => {
    const hash = await passwords.hash('seven green umbrellas');
    expect(await passwords.matches('seven green umbrellas', hash)).toBe(true);
    expect(await passwords.matches('seven green umbrella', hash)).toBe(false);
    expect(await passwords.matches('', hash)).toBe(false);
  });

  test('takes long and Unicode passwords whole, however their letters are composed', async () => {
    const long = `${'ключ🔑 '.repeat(100)}é`;
    const hash = await passwords.hash(long);
    expect(await passwords.matches(long.normalize('NFD'), hash)).toBe(true);
    expect(await passwords.matches(long.slice(0, -1), hash)).toBe(false);
  });

  test('is not the one of nobody, whatever is tried', async () => {
    expect(await passwords.matches('nobody', null)).toBe(false);
    expect(await passwords.matches('', null)).toBe(false);
  });
});

describe('a new password', () => {
  test.each(['1234567', 'пароль7', 'x'.repeat(1_025)])('"%s" has a wrong length', (password) => {
    expect(createPasswords().hash(password)).rejects.toMatchObject({
      code: 'invalid_request',
      field: 'password',
    });
  });

  test('must have as many characters as the operator wants', async () => {
    const passwords = createPasswords({ minLength: 14 });
    expect(passwords.hash('blue umbrella')).rejects.toThrow('must have 14 to');
    expect(await passwords.hash('blue umbrella!')).toStartWith('$argon2id$');
  });

  test('is refused under the name that the caller gave its field', async () => {
    const hashing = createPasswords().hash('password', 'new_password');
    expect(hashing).rejects.toMatchObject({ field: 'new_password' });
  });
});

describe('a common password', () => {
  test.each([
    'password',
    'PassWord',
    'p@ssw0rd',
    'Password1!',
    'password2024',
    '!!iloveyou!!',
    'qwerty123456',
    'letmeinplease',
    'Football99',
    '1q2w3e4r',
    '12345678',
    '87654321',
    'abcdefgh',
    'aaaaaaaa',
    'abcabcabc',
    '20202020',
    'ｐａｓｓｗｏｒｄ',
    'sonde2026',
    'a'.repeat(1_000),
  ])('%s is known', (password) => {
    expect(isCommonPassword(password)).toBe(true);
  });

  test.each([
    'seven green umbrellas',
    'dragon83917465',
    'kX9#mQ2$vL',
    'Tr0ub4dor&3x',
    'the password is password of mine',
    '🔑🐘🌋🎻🧀🚲🪁🍄',
  ])('%s is not', (password) => {
    expect(isCommonPassword(password)).toBe(false);
  });
});

/** Hashes when it is told to. */
function heldHasher() {
  const held: (() => void)[] = [];
  const work = <T>(value: T) => new Promise<T>((resolve) => held.push(() => resolve(value)));
  const hasher: PasswordHasher = {
    hash: () => work('hash'),
    verify: () => work(true),
    dummyHash: 'dummy',
  };
  return { held, hasher };
}

describe('hashing', () => {
  test('is done two at a time, and each that ends lets the next one begin', async () => {
    const { held, hasher } = heldHasher();
    const passwords = createPasswords({ hasher });
    const all = [1, 2, 3, 4, 5].map(() => passwords.hash('seven green umbrellas'));
    await Promise.resolve();
    expect(held).toHaveLength(2);
    held[0]!();
    await all[0];
    await Promise.resolve();
    expect(held).toHaveLength(3);
    for (let index = 1; index < 5; index++) {
      held[index]!();
      await all[index];
      await Promise.resolve();
    }
    expect(await Promise.all(all)).toHaveLength(5);
  });

  test('lets a bounded number wait, and sends the others away at once, with when to come', async () => {
    const { held, hasher } = heldHasher();
    const passwords = createPasswords({ hasher });
    const all = Array.from({ length: 130 }, () => passwords.matches('anything', 'hash'));
    expect(passwords.matches('anything', 'hash')).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: 3,
    });
    for (let done = 0; done < 130; done++) {
      held[done]!();
      await all[done];
      await Promise.resolve();
    }
    expect(await Promise.all(all)).toEqual(Array(130).fill(true));
  });

  test('that fails gives its place back', async () => {
    const gate = createGate({ width: 1, queueLimit: 0, retryAfterSeconds: 1 });
    const failing = () => Promise.reject(new Error('out of memory'));
    for (const _ of [1, 2, 3]) await gate.run(failing).catch(() => {});
    expect(await gate.run(async () => 'done')).toBe('done');
  });
});
