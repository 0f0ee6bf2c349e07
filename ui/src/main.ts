import { mount } from 'svelte';
import './shared/tokens.css';
import './shared/base.css';
import App from './app/App.svelte';
import { startPlatform } from './platform';

await startPlatform();
const target = document.getElementById('app');
if (target === null) throw new Error('the page has no #app');
mount(App, { target });
