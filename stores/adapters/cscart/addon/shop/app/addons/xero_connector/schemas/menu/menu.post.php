<?php

$schema['central']['orders']['items']['xero_connector'] = [
    'href' => 'xero_connector.attention',
    'position' => 1100,
];
$schema['top']['administration']['items']['xero_connector_settings'] = [
    'href' => 'xero_connector.manage',
    'type' => 'setting',
    'position' => 1100,
];

return $schema;
