import { byPerson, idInPath, jsonBody, pageParameters } from './describe';
import { answers } from './schemas';

const detail = { tags: ['admin'], security: byPerson };
const problems = {
  401: ['Invalid token or password'],
  403: ['Not an admin'],
  429: ['Too many passwords were tried: see Retry-After'],
} as Record<number, [string]>;

/** How the API description tells what an admin sees and does. */
export const operations = {
  listUsers: {
    ...detail,
    operationId: 'list_platform_users',
    summary: 'List users',
    parameters: pageParameters,
    responses: answers({
      200: ['Newest first', 'PlatformUserList'],
      400: ['Bad query'],
      ...problems,
    }),
  },
  listHosts: {
    ...detail,
    operationId: 'list_platform_hosts',
    summary: 'List hosts, with what they did and earned',
    parameters: pageParameters,
    responses: answers({
      200: ['In the order they came', 'AdminHostList'],
      400: ['Bad query'],
      ...problems,
    }),
  },
  setHostState: {
    ...detail,
    operationId: 'set_host_state',
    summary: 'Approve a host, drain it, or shut it out',
    parameters: [idInPath('Of the host.')],
    requestBody: jsonBody('HostStateRequest'),
    responses: answers({
      200: ['The host', 'AdminHost'],
      404: ['Unknown host'],
      ...problems,
    }),
  },
  createJoinToken: {
    ...detail,
    operationId: 'create_join_token',
    summary: 'Make a token by which hosts join without an admin',
    requestBody: jsonBody('JoinTokenRequest'),
    responses: answers({ 201: ['The token', 'JoinToken'], ...problems }),
  },
  setModelAlias: {
    ...detail,
    operationId: 'set_model_alias',
    summary: 'Name several models by one alias',
    parameters: [idInPath('The alias.')],
    requestBody: jsonBody('AliasRequest'),
    responses: answers({ 200: ['The alias', 'ModelAlias'], ...problems }),
  },
  setUserPriority: {
    ...detail,
    operationId: 'set_user_priority',
    summary: "Let a user's jobs go before those of others, or after",
    parameters: [idInPath('Of the user.')],
    requestBody: jsonBody('PriorityRequest'),
    responses: answers({
      200: ['The priority', 'UserPriority'],
      404: ['Unknown user'],
      ...problems,
    }),
  },
};
