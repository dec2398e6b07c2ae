<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\Database\Query;
use XeroConnector\Database\Schema;

/** The codes and names of countries and zones. 4.1 keeps the names apart, one a language. */
final class Places
{
    private const COUNTRIES = 'SELECT country_id AS id, iso_code_2 AS code, name FROM {country}
        WHERE country_id IN (:ids)';
    private const ZONES = 'SELECT zone_id AS id, code, name FROM {zone} WHERE zone_id IN (:ids)';
    private const NAMED_COUNTRIES = 'SELECT c.country_id AS id, c.iso_code_2 AS code, d.name FROM {country} c
        LEFT JOIN {country_description} d ON d.country_id = c.country_id AND d.language_id = :language
        WHERE c.country_id IN (:ids)';
    private const NAMED_ZONES = 'SELECT z.zone_id AS id, z.code, d.name FROM {zone} z
        LEFT JOIN {zone_description} d ON d.zone_id = z.zone_id AND d.language_id = :language
        WHERE z.zone_id IN (:ids)';

    /** @var Query */
    private $query;

    /** @var Schema */
    private $schema;

    /** @var Languages */
    private $languages;

    public function __construct(Query $query, Schema $schema, Languages $languages)
    {
        $this->query = $query;
        $this->schema = $schema;
        $this->languages = $languages;
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, string|null>> code and name by id
     */
    public function countries(array $ids): array
    {
        return $this->byId($this->schema->has('country_description')
            ? $this->query->rows(self::NAMED_COUNTRIES, ['ids' => $ids, 'language' => $this->languages->catalog()])
            : $this->query->rows(self::COUNTRIES, ['ids' => $ids]));
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, string|null>> code and name by id
     */
    public function zones(array $ids): array
    {
        return $this->byId($this->schema->has('country_description')
            ? $this->query->rows(self::NAMED_ZONES, ['ids' => $ids, 'language' => $this->languages->catalog()])
            : $this->query->rows(self::ZONES, ['ids' => $ids]));
    }

    private function byId(array $rows): array
    {
        return array_column(Text::rows($rows), null, 'id');
    }
}
