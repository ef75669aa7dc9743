/** A style sheet that comes with the script that imports it. */
declare module '*.css';
