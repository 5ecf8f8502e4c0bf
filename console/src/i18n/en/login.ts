export const login = {
  title: 'Log in',
  intro: 'The user and the key of the server’s administrator, as for heketi-cli. They stay in the memory of this page.',
  user: 'User',
  key: 'Key',
  submit: 'Log in',
  submitting: 'Asking the server',
  refused: 'The server refused the key',
  notReached: 'The server did not answer',
  ended: 'The server no longer takes the key. Log in again.',
  onlyAdmins: 'The console is for the user admin: others may only list and create volumes.',
};
