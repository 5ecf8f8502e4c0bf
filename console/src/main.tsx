import './design/tokens.css';
import './design/base.css';
import './design/frame.css';
import './design/components.css';
import { render } from 'preact';
import { App } from './app.js';

const root = document.getElementById('console');
if (root === null) throw new Error('the page has no place for the console');
const asksForTokens = document.documentElement.dataset['authentication'] !== 'off';
render(<App asksForTokens={asksForTokens} />, root);
