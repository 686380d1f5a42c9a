export type Role = 'member' | 'admin';
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
