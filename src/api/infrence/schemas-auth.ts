import { t } from 'elysia';
import { addition } from '../../http/openapi';
import { answersFor } from '../answers';
import { strict, uuid } from './fields';

const optionalText = t.Optional(t.Union([t.String(), t.Null()]));

export const SignupBody = t.Object(
  {
    email: t.String(),
    password: t.String(),
    first_name: optionalText,
    last_name: optionalText,
  },
  strict,
);

export const LoginBody = t.Object({ email: t.String(), password: t.String() }, strict);

export const RefreshBody = t.Object({ refresh_token: t.String() }, strict);

export const ForgotBody = t.Object({ email: t.String() }, strict);

export const ResetBody = t.Object(
  { token: t.String({ description: 'From the mailed link.' }), password: t.String() },
  strict,
);

export const ProfileBody = t.Object({ first_name: t.String(), last_name: t.String() }, strict);

export const PasswordBody = t.Object(
  { current_password: t.String(), new_password: t.String() },
  strict,
);

export const MarketingBody = t.Object({ enabled: t.Boolean() }, strict);

const UserDto = t.Object({
  id: uuid(),
  email: t.String(),
  first_name: t.String(),
  last_name: t.String(),
  email_verified: t.Boolean(),
  marketing_emails_enabled: t.Boolean(),
  is_admin: t.Boolean(),
  status: t.String({
    ...addition,
    description: 'Addition: active, or pending: it waits for an admin before keys can be made.',
  }),
});

const AuthResponse = t.Object({
  access_token: t.String({ description: 'JWT, good for 15 minutes.' }),
  refresh_token: t.String({ description: 'Good once: each refresh answers the next one.' }),
  user: UserDto,
});

/** By the names they have in the API description. */
export const authModels = {
  SignupBody,
  LoginBody,
  RefreshBody,
  ForgotBody,
  ResetBody,
  ProfileBody,
  PasswordBody,
  MarketingBody,
  UserDto,
  AuthResponse,
};

export type AuthModelName = keyof typeof authModels;

export const authAnswers = answersFor<AuthModelName>();
