export type Role = 'member' | 'admin';
/** `pending`: may sign in and look, and waits for an admin before keys can be made. */
export type UserStatus = 'active' | 'pending' | 'suspended';

export interface User {
  id: string;
  email: string;
  role: Role;
  status: UserStatus;
  createdMs: number;
}

export interface NewUser {
  email: string;
  /** Null for an account that nobody can sign in to with a password. */
  password: string | null;
  role: Role;
}

/** A user as the user, and an admin, sees them. */
export interface Profile {
  id: string;
  email: string;
  /** Null for who never chose one. */
  username: string | null;
  /** Empty when not given. */
  firstName: string;
  lastName: string;
  emailVerified: boolean;
  isAdmin: boolean;
  marketingEmailsEnabled: boolean;
  status: UserStatus;
  /** Null for a user who is not suspended. */
  suspendedMs: number | null;
  createdMs: number;
}

/** Whom an access token stands for, while its session lasts. */
export interface AuthenticatedUser {
  userId: string;
  email: string;
  isAdmin: boolean;
  status: UserStatus;
}

/** Whose session begins. When the user's epoch is no longer this one, the session is over. */
export interface SessionOwner {
  userId: string;
  epoch: number;
}

/** Whom a browser's session stands for, while it lasts. */
export interface WebUser extends AuthenticatedUser {
  emailVerified: boolean;
  /** False for who has come in by a link or another issuer alone. */
  hasPassword: boolean;
}

/** Who may make an account: anybody, anybody whom an admin then lets in, or nobody. */
export type SignupPolicy = 'open' | 'approval' | 'closed';

/** What signing in answers. The tokens are shown this once. */
export interface SignedIn {
  user: Profile;
  /** Good for 15 minutes, or until the session ends. */
  accessToken: string;
  /** Good once, for 30 days: the answer to its use holds the next one. */
  refreshToken: string;
}

/** What an operator hands to a user. */
export interface IssuedLink {
  url: string;
  expiresMs: number;
}
