import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './look/base.css';
import { takeToken } from './route.ts';
import { LanguageProvider } from './words/language.tsx';

const token = takeToken();
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root element');
createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      <App {...(token === undefined ? {} : { token })} />
    </LanguageProvider>
  </StrictMode>,
);
