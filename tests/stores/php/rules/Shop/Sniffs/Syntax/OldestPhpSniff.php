<?php
declare(strict_types=1);

namespace Shop\Sniffs\Syntax;

use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;

/**
 * Nothing is used that the oldest PHP which the shops run does not know.
 *
 * `oldest` says which that is: phpcs --runtime-set oldest_php 7.3. Each rule names the version that brought the thing.
 */
final class OldestPhpSniff implements Sniff
{
    private const TOKENS = [
        'T_FN' => '7.4', 'T_COALESCE_EQUAL' => '7.4', 'T_MATCH' => '8.0', 'T_NULLSAFE_OBJECT_OPERATOR' => '8.0',
        'T_ATTRIBUTE' => '8.0', 'T_TYPE_UNION' => '8.0', 'T_PARAM_NAME' => '8.0', 'T_ENUM' => '8.1',
        'T_READONLY' => '8.1', 'T_TYPE_INTERSECTION' => '8.1',
    ];
    private const FUNCTIONS = [
        'mb_str_split' => '7.4', 'password_algos' => '7.4', 'str_contains' => '8.0', 'str_starts_with' => '8.0',
        'str_ends_with' => '8.0', 'get_debug_type' => '8.0', 'get_resource_id' => '8.0', 'fdiv' => '8.0',
        'preg_last_error_msg' => '8.0', 'array_is_list' => '8.1', 'fsync' => '8.1', 'enum_exists' => '8.1',
        'ini_parse_quantity' => '8.2', 'mysqli_execute_query' => '8.2', 'json_validate' => '8.3',
        'mb_str_pad' => '8.3', 'array_find' => '8.4', 'array_any' => '8.4', 'array_all' => '8.4', 'mb_trim' => '8.4',
    ];
    private const TYPES = ['mixed' => '8.0', 'static' => '8.0', 'never' => '8.1', 'true' => '8.2', 'false' => '8.0'];
    private const MEMBER = [T_PUBLIC, T_PROTECTED, T_PRIVATE, T_VAR, T_STATIC];

    public function register()
    {
        $tokens = array_map('constant', array_keys(self::TOKENS));
        return array_merge($tokens, self::MEMBER, [
            T_STRING, T_LNUMBER, T_DNUMBER, T_ELLIPSIS, T_CATCH, T_THROW, T_FUNCTION, T_CLOSURE, T_VARIABLE,
        ]);
    }

    public function process(File $file, $stackPtr)
    {
        $token = $file->getTokens()[$stackPtr];
        $version = self::TOKENS[$token['type']] ?? null;
        if ($version !== null) {
            $this->refuse($file, $stackPtr, $version, $token['content']);
        }
        switch ($token['code']) {
            case T_STRING:
                $this->checkFunction($file, $stackPtr);
                break;
            case T_LNUMBER:
            case T_DNUMBER:
                $this->refuseIf(strpos($token['content'], '_') !== false, $file, $stackPtr, '7.4', 'A number with _');
                break;
            case T_ELLIPSIS:
                $this->checkEllipsis($file, $stackPtr);
                break;
            case T_CATCH:
                $end = $token['parenthesis_closer'];
                $has = $file->findNext(T_VARIABLE, $stackPtr, $end) !== false;
                $this->refuseIf(!$has, $file, $stackPtr, '8.0', 'A catch without a variable');
                break;
            case T_THROW:
                $before = $file->findPrevious(T_WHITESPACE, $stackPtr - 1, null, true);
                $isStatement = in_array($file->getTokens()[$before]['code'], [
                    T_SEMICOLON, T_OPEN_CURLY_BRACKET, T_CLOSE_CURLY_BRACKET, T_COLON, T_COMMENT, T_CLOSE_PARENTHESIS,
                ], true);
                $this->refuseIf(!$isStatement, $file, $stackPtr, '8.0', 'A throw within an expression');
                break;
            case T_FUNCTION:
            case T_CLOSURE:
                $this->checkSignature($file, $stackPtr);
                break;
            case T_VARIABLE:
                break;
            default:
                $this->checkProperty($file, $stackPtr);
        }
    }

    private function checkFunction(File $file, int $at): void
    {
        $tokens = $file->getTokens();
        $next = $file->findNext(T_WHITESPACE, $at + 1, null, true);
        $before = $tokens[$file->findPrevious(T_WHITESPACE, $at - 1, null, true)]['code'];
        $isCall = $tokens[$next]['code'] === T_OPEN_PARENTHESIS
            && !in_array($before, [T_OBJECT_OPERATOR, T_DOUBLE_COLON, T_FUNCTION, T_NEW], true);
        $version = self::FUNCTIONS[strtolower($tokens[$at]['content'])] ?? null;
        if ($isCall && $version !== null) {
            $this->refuse($file, $at, $version, $tokens[$at]['content'] . '()');
        }
    }

    /** `...` before a variable that is an argument or a parameter is old; in an array, or alone in a call, it is not. */
    private function checkEllipsis(File $file, int $at): void
    {
        $tokens = $file->getTokens();
        $next = $file->findNext(T_WHITESPACE, $at + 1, null, true);
        $alone = $tokens[$next]['code'] === T_CLOSE_PARENTHESIS;
        $this->refuseIf($alone, $file, $at, '8.1', 'f(...)');
        $array = $file->findPrevious([T_OPEN_SHORT_ARRAY, T_OPEN_PARENTHESIS], $at - 1);
        $inArray = $array !== false && $tokens[$array]['code'] === T_OPEN_SHORT_ARRAY
            && $tokens[$array]['bracket_closer'] > $at;
        $this->refuseIf($inArray, $file, $at, '7.4', '... in an array');
    }

    private function checkSignature(File $file, int $at): void
    {
        $tokens = $file->getTokens();
        $parameters = $file->getMethodParameters($at);
        foreach ($parameters as $parameter) {
            $isPromoted = isset($parameter['property_visibility']);
            $this->refuseIf($isPromoted, $file, $at, '8.0', 'A property declared by a parameter');
            $this->checkType($file, $at, $parameter['type_hint']);
        }
        $this->checkType($file, $at, $file->getMethodProperties($at)['return_type']);
        $last = $file->findPrevious(T_WHITESPACE, $tokens[$at]['parenthesis_closer'] - 1, null, true);
        $this->refuseIf($tokens[$last]['code'] === T_COMMA, $file, $at, '8.0', 'A comma after the last parameter');
    }

    private function checkType(File $file, int $at, string $type): void
    {
        $version = self::TYPES[strtolower(ltrim($type, '?'))] ?? null;
        if ($version !== null) {
            $this->refuse($file, $at, $version, 'The type ' . $type);
        }
    }

    /** A visibility, a type, a variable: a property with a type. */
    private function checkProperty(File $file, int $at): void
    {
        $tokens = $file->getTokens();
        if (!in_array($tokens[$at]['code'], self::MEMBER, true)) {
            return;
        }
        $next = $file->findNext(array_merge([T_WHITESPACE], self::MEMBER), $at + 1, null, true);
        $isType = in_array($tokens[$next]['code'], [T_STRING, T_NULLABLE, T_SELF, T_ARRAY_HINT, T_NS_SEPARATOR], true);
        $end = $file->findNext([T_SEMICOLON, T_EQUAL, T_OPEN_PARENTHESIS, T_DOUBLE_COLON, T_OBJECT_OPERATOR], $next);
        if ($isType && $end !== false && $tokens[$end]['code'] !== T_DOUBLE_COLON) {
            $isProperty = $file->findNext(T_VARIABLE, $next, $end) !== false
                && $file->findNext([T_FUNCTION, T_CONST], $next, $end) === false;
            $this->refuseIf($isProperty, $file, $at, '7.4', 'A property with a type');
        }
    }

    private function refuseIf(bool $isUsed, File $file, int $at, string $version, string $what): void
    {
        if ($isUsed) {
            $this->refuse($file, $at, $version, $what);
        }
    }

    private function refuse(File $file, int $at, string $version, string $what): void
    {
        $oldest = (string) (\PHP_CodeSniffer\Config::getConfigData('oldest_php') ?? '7.3');
        if (version_compare($version, $oldest, '>')) {
            $file->addError('%s came with PHP %s; the oldest here is %s.', $at, 'TooNew', [$what, $version, $oldest]);
        }
    }
}
