-- The databases of the three services, for an empty PostgreSQL cluster. Names are compared byte by byte: LOCALE 'C'.
CREATE DATABASE statistics TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE DATABASE awards TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE DATABASE gateway TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
